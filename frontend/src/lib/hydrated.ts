"use client";

import { useSyncExternalStore } from "react";

/**
 * Whether the page's script runs by now.
 *
 * Until then a form would be sent the browser's own way, which loads the page anew.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(never, inBrowser, onServer);
}

const never = () => () => undefined;
const inBrowser = () => true;
const onServer = () => false;
