import { ApiError, errorFrom } from "@/lib/api/errors";
import type { ChatAnswer, Credentials, SignedIn, Task, TaskChanges, User } from "@/lib/api/types";

const ROOT = "/api/v1";

interface Call {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  authorized?: boolean;
}

/**
 * The API as the browser uses it.
 *
 * The access token lives in memory only. When it is missing or refused, the refresh token,
 * a cookie that no script can read, buys a new one, once for however many calls wait for it.
 */
export class ApiClient {
  private token: string | null = null;
  private refreshing: Promise<boolean> | null = null;

  async signUp(credentials: Credentials): Promise<User> {
    return this.enter("/auth/signup", credentials);
  }

  async logIn(credentials: Credentials): Promise<User> {
    return this.enter("/auth/login", credentials);
  }

  async logOut(): Promise<void> {
    await this.call("/auth/logout", { method: "POST" });
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
    const answer = await this.call<SignedIn>(path, { method: "POST", body, authorized: false });
    this.token = answer.token;
    return answer.user;
  }

  private async call<T>(path: string, call: Call = {}): Promise<T> {
    const authorized = call.authorized ?? true;
    if (authorized && this.token === null) await this.refresh();
    let response = await this.send(path, call);
    if (authorized && response.status === 401 && (await this.refresh())) {
      response = await this.send(path, call);
    }
    if (!response.ok) throw await errorFrom(response);
    return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  }

  private async send(path: string, { method = "GET", body }: Call): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.token) headers["Authorization"] = `Bearer ${this.token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
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

  private refresh(): Promise<boolean> {
    this.refreshing ??= this.buyToken().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async buyToken(): Promise<boolean> {
    const response = await this.send("/auth/refresh", { method: "POST" });
    if (response.status >= 500) throw await errorFrom(response);
    this.token = response.ok ? ((await response.json()) as { token: string }).token : null;
    return this.token !== null;
  }
}

export const api = new ApiClient();
