export const en = {
  title: 'Messages',
};
