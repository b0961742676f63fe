export const en = {
  title: 'People',
};
