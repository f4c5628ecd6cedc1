"""What people and jobs can do: plain functions over one transaction.

They cannot commit and cannot reach the network; each takes the Store first.
"""
