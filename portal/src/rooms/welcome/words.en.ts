export const en = {
  title: 'First steps',
};
