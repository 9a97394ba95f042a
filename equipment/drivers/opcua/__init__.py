"""OPC UA: values as the server reports them, by subscription, with or without certificates."""
