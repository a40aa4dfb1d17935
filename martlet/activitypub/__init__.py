"""The language of the network: documents into plain values of our own words (`parse`), and back (`build`)."""
