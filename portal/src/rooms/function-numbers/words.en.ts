export const en = {
  title: 'Function numbers',
};
