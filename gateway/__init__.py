"""Where messages come in and go out: inbox, outbox, the worker that answers, Twilio, and the widget."""
