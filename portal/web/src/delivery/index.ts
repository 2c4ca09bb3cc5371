// How telling people goes, in numbers: for administrators, and without anybody in it.
export { DeliveryPage } from './DeliveryPage'
