/** One thing that was said, and which tools the assistant used for it. */
export interface ChatEntry {
  from: "user" | "assistant";
  text: string;
  tools: readonly string[];
}
