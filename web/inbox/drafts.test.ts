import { equal, test } from "../testing/harness";
import { Drafts } from "./drafts";

test("each conversation keeps its own reply and its own note", () => {
  const d = new Drafts();
  d.set("a", { reply: "Dear" });
  d.set("a", { mode: "note", note: "psst" });
  equal([d.get("a"), d.get("b")], [{ mode: "note", reply: "Dear", note: "psst" }, { mode: "reply", reply: "", note: "" }]);
});

test("white space alone is no draft", () => {
  const d = new Drafts();
  d.set("a", { reply: " \n" });
  equal(d.has("a"), false);
  d.set("a", { note: "x" });
  equal(d.has("a"), true);
  d.forget("a");
  equal(d.has("a"), false);
});

test("the same agent goes on after a new login, another agent reads nothing", () => {
  const d = new Drafts();
  d.belongTo("ada");
  d.set("a", { reply: "Dear" });
  d.belongTo("ada");
  equal(d.get("a").reply, "Dear");
  d.belongTo("ben");
  equal(d.get("a").reply, "");
});
