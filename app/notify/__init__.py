"""What leaves the house: messages to phones and paper tickets, from the outbox, each way optional, none in a move's way."""
