// Days and times as one tells them, for the pages as for the mails.
export {
  addDays,
  dayInWords,
  localDay,
  nextDigestInWords,
  timeInWords,
  weekdayNames,
} from '../../emails/components/in-words.ts'
