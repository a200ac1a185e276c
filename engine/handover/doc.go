// Package handover brings temporary sessions from a node that stops to the one that is started in its place, through memory only (P9, P12,
// DESIGN.md section 5):
//
//	node ── memfd ──▶ systemd's descriptor store ──▶ next node
//	     ── file on a tmpfs, named after the data directory ──▶
//
// What is handed over is taken once, destroyed before it is used, and refused when it is damaged, of another deployment, or older than half an
// hour. Where neither way is there, on systems other than Linux, and after a crash, the sessions end early, which P7 allows. Nothing is ever written
// where it could reach a disk by itself; what swaps or hibernates is the operator's ([privacy.md]).
//
// [privacy.md]: https://github.com/parlor-chat/parlor/blob/main/docs/privacy.md
package handover
