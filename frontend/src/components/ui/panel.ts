/** The look of a panel: as high as its place, with a part that scrolls. */
export const PANEL = "flex min-h-0 flex-col rounded-2xl border border-line bg-surface";
