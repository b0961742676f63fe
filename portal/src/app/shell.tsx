/** Around every page of somebody who is logged in: where one is, where one can go, who one is. */
import { AppShell, Burger, Group, NavLink, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useParams, useRouteContext, useRouter } from '@tanstack/react-router';
import { useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/session.ts';
import { Brand } from '../ui/brand.tsx';
import { AccountMenu } from './account-menu.tsx';
import { LanguageMenu } from './language-menu.tsx';
import { OPERATOR_PLACES, ORGANISATION_PLACES } from './navigation.ts';
import { useOrganisation } from './organisation-frame.tsx';
import { ThemeButton } from './theme-button.tsx';
import classes from './shell.module.css';

export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const { me } = useRouteContext({ from: '/inside' });
  const { organisation } = useParams({ strict: false });
  const { pathname } = useLocation();
  const router = useRouter();
  const { data: stillMe } = useQuery(meQuery);
  useEffect(close, [pathname, close]);
  // The frame's route leads to the login then.
  useEffect(() => {
    if (stillMe === null) void router.invalidate();
  }, [stillMe, router]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 240, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      <a href="#main" className={classes.skip}>
        {t('frame.skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('frame.menu')}
              aria-expanded={opened}
            />
            <Link to="/" className={classes.home} aria-label={t('frame.home')}>
              <Brand />
            </Link>
          </Group>
          <Group gap={4} wrap="nowrap">
            <LanguageMenu />
            <ThemeButton />
            <AccountMenu me={me} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className={classes.places} aria-label={t('frame.navigation')}>
        <Stack gap="md">
          {organisation !== undefined && <OrganisationPlaces organisation={organisation} role={me.role} />}
          {me.role === 'operator' && <Places title={t('frame.operator')} places={OPERATOR_PLACES} />}
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function OrganisationPlaces({ organisation, role }: { organisation: string; role: string }) {
  const { data: found } = useOrganisation(organisation);
  const places = ORGANISATION_PLACES.filter((place) => !('administers' in place) || role !== 'viewer');
  return <Places title={found?.name ?? organisation} places={places} organisation={organisation} />;
}

interface PlacesProps {
  title: string;
  places: readonly (typeof ORGANISATION_PLACES | typeof OPERATOR_PLACES)[number][];
  organisation?: string;
}

function Places({ title, places, organisation }: PlacesProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div role="group" aria-labelledby={id}>
      <Text id={id} size="sm" fw={600} px="xs" pb={4} truncate>
        {title}
      </Text>
      {places.map(({ name, icon: Sign, to }) => (
        <NavLink
          key={to}
          py={6}
          renderRoot={(props) => (
            <Link
              to={to}
              params={{ organisation }}
              activeOptions={{ exact: name === 'overview' || name === 'installation' }}
              activeProps={{ 'data-active': true, 'aria-current': 'page' }}
              {...props}
            />
          )}
          label={t(`frame.places.${name}`)}
          leftSection={<Sign size={18} stroke={1.6} aria-hidden />}
        />
      ))}
    </div>
  );
}
