import { SearchOutlined } from "@ant-design/icons";
import { Input } from "antd";

type SearchBoxProps = { label: string; testId: string; value: string; onChange: (text: string) => void };

/** The box above a list. */
export function SearchBox({ label, testId, value, onChange }: SearchBoxProps) {
  return (
    <Input
      className="list-search"
      prefix={<SearchOutlined />}
      allowClear
      placeholder={label}
      aria-label={label}
      data-testid={testId}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
