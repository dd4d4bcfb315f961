"""From an event to what follows: a received request, what a person does, a timer that is due."""
