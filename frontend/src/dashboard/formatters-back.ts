import { formatters } from "./formatters-away";

Object.assign(Intl, formatters);
