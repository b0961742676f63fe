/** Around the pages of somebody who is not logged in. */
import { Center, Container, Group, Paper, Stack } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { Brand } from '../ui/brand.tsx';
import { LanguageMenu } from './language-menu.tsx';
import { ThemeButton } from './theme-button.tsx';

export function OutsideFrame() {
  return (
    <Container size={460} py={{ base: 'md', sm: 64 }} component="main">
      <Stack>
        <Center>
          <Brand />
        </Center>
        <Paper withBorder p={{ base: 'md', sm: 'xl' }}>
          <Outlet />
        </Paper>
        <Group justify="center" gap="xs">
          <LanguageMenu />
          <ThemeButton />
        </Group>
      </Stack>
    </Container>
  );
}
