import { Box } from '@mantine/core';
import { OrganisationForm } from '../organisations/organisation-form.tsx';
import { useOrganisationChanges } from '../organisations/organisations.ts';

export function OrganisationStep({ next }: { next: () => Promise<void> }) {
  const { put } = useOrganisationChanges();
  return (
    <Box maw={520}>
      <OrganisationForm
        isFirst
        start={undefined}
        reload={() => {}}
        save={async (organisation) => {
          await put(organisation, undefined);
          await next();
        }}
      />
    </Box>
  );
}
