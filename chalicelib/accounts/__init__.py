"""What a team configures: account users, teams, routers, integrations, stakeholders."""
