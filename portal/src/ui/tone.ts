/** How something is, for its colour; the words beside it say the same. */
export type Tone = 'good' | 'busy' | 'bad' | 'quiet';
