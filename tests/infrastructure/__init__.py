"""Tests of what is deployed: the template that CloudFormation gets."""
