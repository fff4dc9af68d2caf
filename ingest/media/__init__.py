"""Files that SDKs send beside their traces: images, audio, documents."""
