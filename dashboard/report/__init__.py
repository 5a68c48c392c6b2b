"""Reports of a release: one content, written for Word, PDF, Excel, spreadsheets, machines and statisticians."""
