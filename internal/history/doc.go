// Package history judges what clients saw. A test records an [Event] for everything its clients sent and received, in the order in which
// they did, and [Check] tells what of it Parlor's promises do not allow: holes, repeats, another order, lost or false acknowledgments, a
// refused message that appears, marks that fall or run ahead, wrong unread counts.
//
// Every answer names its place in the log. So nothing has to be searched for: the numbers give the one possible order, and the log is
// linearizable if each place has one message and no operation got a place before one that had ended when it began. That is checked in one
// pass, for histories of any length.
//
// [Search] is a second judge of another make: porcupine looks for an order of each log's operations that explains every answer.
//
// An event may be recorded later than it happened, as long as each connection's events keep their order and nothing is recorded as sent
// after it was: what is late only makes the judge milder.
package history
