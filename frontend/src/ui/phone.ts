"use client";

import { createContext, useContext } from "react";

/** Whether the browser calls itself a phone's: what the server draws for it is less. Its screen may still be wide. */
export const Phone = createContext(false);

export const usePhone = (): boolean => useContext(Phone);
