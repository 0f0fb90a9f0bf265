import { Modal, type ModalProps } from "antd";
import { useRef } from "react";

/** A dialog in which the first field to fill in has the focus, not the cross that closes it. */
export function Dialog({ children, ...rest }: Omit<ModalProps, "open" | "footer" | "afterOpenChange">) {
  const content = useRef<HTMLDivElement>(null);
  const focusFirst = (open: boolean) => {
    if (open) content.current?.querySelector<HTMLElement>("input, textarea")?.focus();
  };
  return (
    <Modal open footer={null} title={null} afterOpenChange={focusFirst} {...rest}>
      <div ref={content}>{children}</div>
    </Modal>
  );
}
