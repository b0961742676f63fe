export const en = {
  title: 'Phone systems',
};
