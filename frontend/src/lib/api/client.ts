import { ApiError, errorFrom, isLoggedOut } from "@/lib/api/errors";
import type { ChatAnswer, Credentials, SignedIn, Task, TaskChanges, User } from "@/lib/api/types";

const ROOT = "/api/v1";

interface Call {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
}

/**
 * The API as the browser uses it.
 *
 * The access token lives in memory only. When it is missing or refused, the refresh token,
 * a cookie that no script can read, buys a new one, once for however many calls wait for it.
 */
export class ApiClient {
  private token: string | null = null;
  private renewing: Promise<string> | null = null;

  async signUp(credentials: Credentials): Promise<User> {
    return this.enter("/auth/signup", credentials);
  }

  async logIn(credentials: Credentials): Promise<User> {
    return this.enter("/auth/login", credentials);
  }

  /** Ends the session; one that has ended already is no failure. */
  async logOut(): Promise<void> {
    try {
      await this.call("/auth/logout", { method: "POST" });
    } catch (error) {
      if (!isLoggedOut(error)) throw error;
    }
    this.token = null;
  }

  me(): Promise<User> {
    return this.call("/auth/me");
  }

  listTasks(): Promise<Task[]> {
    return this.call("/tasks");
  }

  addTask(title: string, description: string | null): Promise<Task> {
    return this.call("/tasks", { method: "POST", body: { title, description } });
  }

  changeTask(id: string, changes: TaskChanges): Promise<Task> {
    return this.call(`/tasks/${id}`, { method: "PUT", body: changes });
  }

  deleteTask(id: string): Promise<void> {
    return this.call(`/tasks/${id}`, { method: "DELETE" });
  }

  chat(message: string, conversationId: string | null): Promise<ChatAnswer> {
    const conversation = conversationId ? { conversation_id: conversationId } : {};
    return this.call("/chat", { method: "POST", body: { message, ...conversation } });
  }

  private async enter(path: string, body: Credentials): Promise<User> {
    const response = await this.send(path, { method: "POST", body }, null);
    const answer = await read<SignedIn>(response);
    this.token = answer.token;
    return answer.user;
  }

  private async call<T>(path: string, call: Call = {}): Promise<T> {
    const token = this.token ?? (await this.renew());
    let response = await this.send(path, call, token);
    if (response.status === 401) {
      // While this call was under way, another one may have renewed the token already.
      const renewed = this.token !== token && this.token !== null;
      response = await this.send(path, call, renewed ? this.token : await this.renew());
    }
    return read<T>(response);
  }

  private async send(
    path: string,
    { method = "GET", body }: Call,
    token: string | null,
  ): Promise<Response> {
    const headers = new Headers();
    if (token !== null) headers.set("Authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    try {
      return await fetch(ROOT + path, {
        method,
        headers,
        credentials: "same-origin",
        cache: "no-store",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError(0, "UNREACHABLE", "The server cannot be reached. Check your connection.");
    }
  }

  private renew(): Promise<string> {
    this.renewing ??= this.buyToken().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async buyToken(): Promise<string> {
    const response = await this.send("/auth/refresh", { method: "POST" }, null);
    // Only a refusal ends the session; a busy or broken server may know it again later.
    if (response.status === 401) this.token = null;
    const { token } = await read<{ token: string }>(response);
    this.token = token;
    return token;
  }
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await errorFrom(response);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

export const api = new ApiClient();
