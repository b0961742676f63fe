export const en = {
  title: 'Restrict sharing of personal data',
};
