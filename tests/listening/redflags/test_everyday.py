"""Everyday talk with Kith raises no alarm: an alarm in a hello would teach people not to believe the next one."""

import pytest

from listening import redflags

EVERYDAY = (
    "hi", "hello there", "good morning", "hola", "ok yes", "yes", "no", "maybe", "skip", "not now", "later", "stop asking",
    "thanks so much", "thank you for listening", "bye", "MORE", "why", "show", "help",
    "I want to tell you my story", "can I tell you my story", "I want to tell you what is going on with me",
    "can u ask me the questions", "ok im off now, you can ask", "I'd rather not say", "what is this?",
    "who sees this?", "who can see what I write here", "are you a real person", "can i talk to a real person please",
    "have someone call me", "my phone is new", "what did you write down", "delete what I told you", "that is wrong",
    "sorry 4.1 not 3.1", "no, two jobs, not three", "what does that mean for me", "is it bad??", "should i be worried",
    "my potassium is 5.9 am I going to die", "what does my potassium of 5.9 mean? I'm scared", "please help me understand",
    "my sugar is 140 i feel like im gonna die lol", "my a1c is 8.2% now", "what is creatinine?",
    "wait, what does a platelet count of 95 mean?", "should i stop my lisinopril", "can I eat bananas",
    "my car broke down and I can't get to the pharmacy", "the bus stopped running out here so I missed two visits",
    "I got laid off in March and my wife left", "my sister comes by on sundays, she keeps me going",
    "my rent is two months behind", "the water got shut off last week", "no the water is back on now",
    "i cant sleep", "idk im just tired", "I am so tired since my mom died", "my mom died on dialysis",
    "my neighbor drives me to the clinic and she's been great", "i'd like to see my grandson graduate", "my grandkids",
    "I work nights and sleep in the day", "we are fine thanks", "nobody told me about this test", "I hate this portal",
    "this is killing me lol", "i'm dying to know my results", "my feet hurt after work", "I feel better today",
    "I have an appointment on Tuesday", "can you remind me", "what time do you open", "my insurance changed",
    "I need a refill", "where do I park", "lol you are funny", "are you there?", "hello??", "ok", "k", "?",
    "TSH 6.01 I feel stressed with anxiety. I cannot sleep at night. Please help me.",
)  # fmt: skip


@pytest.mark.parametrize("text", EVERYDAY)
def test_no_alarm(text: str) -> None:
    found = redflags.screen(text)
    assert found.level in ("none", "soon"), [(flag.kind, flag.rule) for flag in found.flags]
