package main

// promise is one that the page answers for.
type promise struct{ name, text string }

// guarantees are what Parlor promises of messages and of itself.
var guarantees = []promise{
	{"G1", "Acknowledged is durable: a message that got its `ack` survives the crash of the process and the loss of power."},
	{"G2", "A message that was refused never appears. One that was not answered appears once or not at all."},
	{"G3", "A message is there once, however often it is sent: a repeat is answered with the first number for the session's whole life, and the same id " +
		"with another body is refused."},
	{"G4", "A session has one order, 1, 2, 3 … without holes, and every reader sees the same."},
	{"G5", "Who comes back and names the last number it has gets the next one: no gap, no repeat. Where that cannot be, it is told so and gets a snapshot."},
	{"G6", "A session has one writer: an activation that was superseded can write nothing, and stops at its first refused write."},
	{"G7", "A connection reads what it wrote, and never something older than what it has read."},
	{"G8", "Marks of what was delivered and read only grow, and never run ahead of what the client itself said, or of the log."},
	{"G9", "A node that was killed serves again at once, however much it stores: nothing is scanned at the start."},
	{"G11", "While the store does not answer, everybody is told so within 3 s, nothing is pretended, and everything goes on by itself within 2 s of its return."},
	{"G12", "A full or failing disk: nothing is acknowledged that is not stored, what is stored can be read, health says what is wrong, and writing goes on by " +
		"itself when there is space."},
	{"G13", "Damage to stored bytes is noticed, and never served as a message."},
	{"G14", "A temporary session is gone from memory 30 min, and at most 60 s more, after its last access, and was never on the disk."},
	{"G15", "A conversation that an agent deleted is unreadable at once, and its bytes are off the disk within the hour."},
	{"G16", "An identification record is kept for its term, and its bytes are gone the day after."},
	{"G17", "Who does not read, or floods, slows nobody else: a queue has a bound, and who exceeds it is closed with 4008 and resumes."},
	{"G19", "A planned restart loses nothing, and everybody is back by themselves within 60 s."},
	{"G20", "A wrong clock does no harm: order is by number, and nothing expires because the clock jumped."},
	{"G21", "Without descriptors or memory to spare, who is new is refused and who is there is kept."},
	{"G22", "Websites cannot see each other, by whatever name, number or route."},
	{"G23", "A node reads what the release before it wrote."},
	{"G24", "A backup can be restored, and what was erased before it is put back stays erased."},
}

// policies are what is promised to visitors of their data (the policy contract). The others of P1 to P8 say how the chatbox behaves: tests of the
// same names hold it to them, and there is nothing to count.
var policies = []promise{
	{"P7", "A session without messages ends 30 minutes after the last access, and lives through a planned restart until then."},
	{"P9", "The address of a temporary visitor is in memory only: no file, no log and no metric ever holds it."},
	{"P10", "The address is kept with the conversation, for a year at least. Its identification record survives a deletion until its own term ends, and is read " +
		"with a stated reason only, which is written down."},
	{"P11", "Addresses are counted against abuse by keyed hash, and those of temporary visitors in memory only."},
	{"P12", "A trigger fires once in a session, across tabs, reconnects and restarts."},
	{"P13", "Messages need no consent. Where a website demands it, what could be tracking is not kept before it is given, and is erased when it is withdrawn."},
	{"P14", "A deletion is final: unreadable at once, off the disk within the hour, with a receipt."},
	{"P15", "What is kept, for how long and why, is a page that the running configuration generates."},
}
