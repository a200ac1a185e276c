// The entry of the inbox: bundled with its style into dist/inbox.

import "./app.css";
import { applyTheme, PrefStore } from "./prefs";
import { start } from "./app";

applyTheme(new PrefStore().get().theme);
start(document.getElementById("app")!);
