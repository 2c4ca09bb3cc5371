// The time zone of the clinic and of who looks: one in which the day neither ends nor began a moment ago. What is near in
// time would stand on another day there, and the day of a clinic is what its first page shows.
const hourIn = (timeZone) => Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit' }).format())
const byDay = (timeZone) => hourIn(timeZone) >= 3 && hourIn(timeZone) < 20

/** The same for all files of a run, however long it takes. */
export const zone = (process.env.E2E_ZONE ??= ['America/Chicago', 'Asia/Tokyo'].find(byDay))
