// Package storetest is the conformance suite of [persistence.Store]: every store passes the same tests, so that actors may rely on the
// contract and on nothing else.
//
// A store's own test calls [Run] with a function that opens an empty store. Stores that outlive their process also pass [WithReopen];
// what must survive is then looked at again after a restart. Tests of how a store does it (crashes, disk space, erased bytes) stand
// beside that store.
package storetest
