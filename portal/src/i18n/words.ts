/** Another language has the same words: the same keys, other texts. The compiler says which one is missing. */
export type Words<English> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Words<English[Key]>;
};
