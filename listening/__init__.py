"""What Kith can hear in a message: dangers, feelings, needs, strengths, goals, with whose and when."""
