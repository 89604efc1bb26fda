import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { OrderView } from "@/orders/order-view";
import "@/styles/pages.css";
import "@/styles/workplace.css";

export const metadata: Metadata = {
  title: "Order",
  description: "One order with its lines, transport and documents.",
};

export default async function OrderPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  if (!/^[1-9]\d{0,17}$/.test(id)) notFound();
  return <OrderView id={Number(id)} />;
}
