"""Twilio's REST errors, body and status as its API answers them."""

from starlette.responses import JSONResponse

# code: (HTTP status, message). Source: https://www.twilio.com/docs/api/errors
KNOWN = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid message-capable Twilio phone number."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21624: (400, "Invalid validity period value"),
}


class ApiError(Exception):
    """Ends a request with one of Twilio's error codes."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))

    def response(self) -> JSONResponse:
        status, message = KNOWN.get(self.code, (400, "Bad request"))
        headers = {"Retry-After": "1"} if status == 429 else {}
        if status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        body = {
            "code": self.code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": status,
        }
        return JSONResponse(body, status, headers)
