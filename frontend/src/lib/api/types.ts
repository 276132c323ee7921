/** What the API sends and takes; the contract fixes it. */

export interface User {
  id: string;
  email: string;
  created_at: string;
}

export interface SignedIn {
  user: User;
  token: string;
  message: string;
}

export interface Task {
  id: string;
  user_id: string;
  title: string;
  description: string | null;
  completed: boolean;
  created_at: string;
  updated_at: string;
}

export interface TaskChanges {
  title?: string;
  description?: string | null;
  completed?: boolean;
}

export interface ChatAnswer {
  conversation_id: string;
  response: string;
  tool_calls: string[];
  status: "success";
}

export interface Credentials {
  email: string;
  password: string;
}
