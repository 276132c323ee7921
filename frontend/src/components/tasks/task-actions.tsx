"use client";

import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

interface Props {
  title: string;
  /** Whether the user comes back from editing, and goes on from there. */
  focusEdit: boolean;
  onEdit: () => void;
  onDelete: () => void;
}

const ACTION =
  "flex size-9 items-center justify-center rounded-lg text-muted hover:bg-raised hover:text-ink group-hover:hover:bg-surface pointer-coarse:size-11";

/** Edit and delete; what is deleted is gone, so a second click has to confirm it. */
export function TaskActions({ title, focusEdit, onEdit, onDelete }: Props) {
  const [confirming, setConfirming] = useState(false);
  const [kept, setKept] = useState(false);

  function keep() {
    setConfirming(false);
    setKept(true);
  }

  if (confirming) {
    return (
      <fieldset
        className="flex justify-end gap-1"
        onKeyDown={(event) => event.key === "Escape" && keep()}
      >
        <legend className="sr-only">Delete {title}?</legend>
        <Button look="danger" onClick={onDelete} small>
          Delete
        </Button>
        {/* The focus stays where it was. */}
        <Button autoFocus look="quiet" onClick={keep} small>
          Keep
        </Button>
      </fieldset>
    );
  }
  return (
    <div className="flex shrink-0">
      <button
        aria-label={`Edit ${title}`}
        // biome-ignore lint/a11y/noAutofocus: back to where the user left
        autoFocus={focusEdit}
        className={ACTION}
        onClick={onEdit}
        title="Edit"
        type="button"
      >
        <Icon name="edit" />
      </button>
      <button
        aria-label={`Delete ${title}`}
        // biome-ignore lint/a11y/noAutofocus: back to where the user left
        autoFocus={kept}
        className={ACTION}
        onClick={() => setConfirming(true)}
        title="Delete"
        type="button"
      >
        <Icon name="delete" />
      </button>
    </div>
  );
}
