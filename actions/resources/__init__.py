"""The clinic's directory of help nearby: a number only where it is wanted, and later whether it helped."""
