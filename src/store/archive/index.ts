export { type ArchiveCounts, readArchive, writeArchive } from './archive-file.ts'
export {
  ARCHIVE_TABLES,
  type ArchiveHead,
  type ArchiveRow,
  type ArchiveSource,
  type ArchiveTable,
  type ArchiveTarget,
} from './tables.ts'
