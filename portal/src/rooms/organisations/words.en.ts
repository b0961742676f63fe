export const en = {
  title: 'Organisations',
};
