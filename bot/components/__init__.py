"""Steps of the NLU pipeline that are our own."""
