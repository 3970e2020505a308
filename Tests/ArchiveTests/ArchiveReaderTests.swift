import Archive
import Testing
