"""A faithful local Twilio for the phone simulator and the tests: its API, its webhooks, its faults."""
