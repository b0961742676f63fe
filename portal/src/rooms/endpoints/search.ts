/** What the address of an endpoint's page says beside the endpoint: which part is open, which time is looked at. */
export const TABS = ['overview', 'messages', 'access', 'signature'] as const;
export const SPANS = ['day', 'week', 'month'] as const;

export type Tab = (typeof TABS)[number];
export type Span = (typeof SPANS)[number];

export interface Search {
  tab?: Tab;
  span?: Span;
}

export function searchOf({ tab, span }: Record<string, unknown>): Search {
  return {
    ...(TABS.includes(tab as Tab) && { tab: tab as Tab }),
    ...(SPANS.includes(span as Span) && { span: span as Span }),
  };
}
