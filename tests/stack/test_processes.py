"""The processes as a whole: what falls is started again, and an unanswered message is answered then."""

import os
import signal
import subprocess
import time

from evaluation.case import Case
from evaluation.runner import Runner
from kith.stack import Stack

RESTARTED = 240.0  # seconds: a killed process loads its models again, on a busy machine too


def pid_of(stack: Stack, words: str) -> int:
    """The process whose command line holds these words."""
    for pid in stack.pids():
        line = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        if words in line.stdout and "supervisord" not in line.stdout:
            return pid
    raise AssertionError(f"no process runs {words}")


def test_actions_killed_the_message_is_kept_and_answered(stack: Stack, runner: Runner) -> None:
    made = runner.new_patient(Case("killed-actions"))
    runner.exchange("hello", made)
    os.kill(pid_of(stack, "-m actions"), signal.SIGKILL)
    replies, _ = runner.exchange("my potassium is 4.2", made, RESTARTED)
    words = " ".join(replies)
    assert "Potassium 4.2" in words
    assert words.count("I am having trouble") <= 1


def test_rasa_killed_the_patient_hears_so_once_and_is_answered(stack: Stack, runner: Runner) -> None:
    made = runner.new_patient(Case("killed-rasa"))
    runner.exchange("hello", made)
    os.kill(pid_of(stack, "-m bot"), signal.SIGKILL)
    replies, _ = runner.exchange("my sodium is 139", made, RESTARTED)
    words = " ".join(replies)
    assert "Sodium 139" in words
    assert words.count("I am having trouble") <= 1


def test_an_emergency_is_answered_while_rasa_is_down(stack: Stack, runner: Runner) -> None:
    made = runner.new_patient(Case("emergency-down"))
    pid = pid_of(stack, "-m bot")
    os.kill(pid, signal.SIGSTOP)  # hung, not gone
    try:
        before = runner.last_seq(made["conversation_id"])
        runner.send("crushing chest pain and I can't breathe", made)
        deadline = time.monotonic() + 5
        while (
            not (replies := runner.replies(made["conversation_id"], before)) and time.monotonic() < deadline
        ):
            time.sleep(0.02)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert "911" in replies[0]
    assert "I am having trouble" not in replies[0], "the words for an emergency, not those for a breakdown"
